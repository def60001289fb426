"""`python -m gamehall_desktop`, and where the packaged program begins."""

from gamehall_desktop.app import main

if __name__ == "__main__":
    main()
