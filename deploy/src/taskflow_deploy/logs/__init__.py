"""What pods and programs wrote: found, put in order, and shown."""
