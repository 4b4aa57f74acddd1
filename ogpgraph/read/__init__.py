"""``read``: from files to records. The only part that knows file formats.

located.py      text files as plain values that know their lines
messages.py     what a record's model found wrong, in words that name the remedy
data_folder.py  the hand-kept data: every file of data/ to records
references.py   what one file says against what the others know
"""
