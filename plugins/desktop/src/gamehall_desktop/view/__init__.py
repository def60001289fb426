"""What is on the screen: nothing else imports DearPyGui, and only the window's thread calls it."""
