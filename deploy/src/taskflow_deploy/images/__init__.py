"""What is inside the built images: their packages and their sizes."""
