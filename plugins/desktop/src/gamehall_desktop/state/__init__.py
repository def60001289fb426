"""What the window shows, told without a window: nothing here imports DearPyGui or talks to a hall.

Each part keeps what it needs of the messages that the network posts, and says in plain values what is to be seen.
"""
