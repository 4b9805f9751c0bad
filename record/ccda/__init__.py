"""C-CDA documents in: results, problems and medicines, and whom they are about."""

from record.ccda.reading import read as read
