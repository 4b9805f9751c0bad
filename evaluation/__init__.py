"""The safety score anyone can run: labelled cases through a running Kith, read back as FHIR, scored."""
