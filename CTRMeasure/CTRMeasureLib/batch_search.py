"""The films of a folder, looked for in a thread: on a network drive that takes a while."""

from concurrent.futures import ThreadPoolExecutor


class FilmSearch:
    """``folder`` with its subfolders; what lies in ``excluded`` (our own results) is passed over.

    The thread touches files alone, never the scene.
    """

    def __init__(self, folder, excluded, settings):
        from cardiothorax.imaging import find_radiographs

        self.folder = folder
        self.settings = settings
        pool = ThreadPoolExecutor(1)
        self._found = pool.submit(find_radiographs, [folder], exclude=excluded)
        pool.shutdown(wait=False)

    @property
    def done(self):
        return self._found.done()

    def files(self):
        """Raises what the search raised: :class:`cardiothorax.errors.UnreadableImage` without films."""
        return self._found.result()
