"""What is known of each patient: tables, store, migrations, FHIR in and out."""
