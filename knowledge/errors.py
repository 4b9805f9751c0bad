"""What can be wrong with what is known, said so that an engineer can mend it."""


class KnowledgeError(Exception):
    """A part of what Kith knows cannot be used; the message says which and how to mend it."""


class ArticleError(KnowledgeError):
    """An article is not in the agreed shape; the message names the file and what is wrong."""


class IndexUnavailable(KnowledgeError):
    """The index was not built, or is damaged: no question may be answered from it."""


class ModelUnavailable(IndexUnavailable):
    """The exported embedding model was not built, or is damaged."""
