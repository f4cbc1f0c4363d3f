"""The command ``cardiothorax``: one file a command or group, loaded when it is used."""
