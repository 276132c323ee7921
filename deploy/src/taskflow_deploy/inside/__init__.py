"""A deployment seen from inside its cluster: as the frontend's pod sees it, and as others do."""
