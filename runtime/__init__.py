"""What runs inside the clouds: the steps of the pipelines, the drift job, the release job and the server of models.

One image holds all of it (see README.md); it imports nothing else of the kit.
"""
