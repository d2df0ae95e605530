"""Many independent jobs: in this process, in several, or on a Dask cluster.  Nothing here is imported for one job."""
