"""The ready-made boards, one module each. A module registers its board when it is imported, which
boards.apps does with all of them.
"""
