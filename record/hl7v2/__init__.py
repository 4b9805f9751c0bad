"""Laboratory messages of HL7 v2 (ORU^R01): taken apart, understood, and answered."""

from record.hl7v2.reading import read as read
from record.hl7v2.segments import split as split
