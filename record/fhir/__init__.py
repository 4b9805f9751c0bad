"""FHIR R4 in and out: what another system says of a patient, and what Kith knows of one."""
