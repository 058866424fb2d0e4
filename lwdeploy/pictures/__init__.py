"""Looking at local pictures, drawing new ones, and drawing over them for reviewers; the one home of Pillow.

`desk` is the door. It loads Pillow only when there is a picture to look at.
"""
