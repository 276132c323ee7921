"""The page that people read: each module makes some of its sections from the files of evidence."""
