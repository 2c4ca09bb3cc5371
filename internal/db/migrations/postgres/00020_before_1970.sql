-- +goose Up

-- sort_at was 0 for what has no date, and for what is older than 1970. What has no
-- date is before all that has one now.
UPDATE resources SET sort_at = COALESCE((
    SELECT max(d.lo) FROM search_date d
    WHERE d.patient_id = resources.patient_id AND d.type = resources.type AND d.id = resources.id
      AND d.param = CASE resources.type
        WHEN 'AllergyIntolerance' THEN 'date'
        WHEN 'Appointment' THEN 'date'
        WHEN 'CarePlan' THEN 'date'
        WHEN 'Claim' THEN 'created'
        WHEN 'Communication' THEN 'sent'
        WHEN 'Composition' THEN 'date'
        WHEN 'Condition' THEN 'onset-date'
        WHEN 'Consent' THEN 'date'
        WHEN 'DiagnosticReport' THEN 'date'
        WHEN 'DocumentReference' THEN 'date'
        WHEN 'Encounter' THEN 'date'
        WHEN 'ExplanationOfBenefit' THEN 'created'
        WHEN 'Goal' THEN 'start-date'
        WHEN 'ImagingStudy' THEN 'started'
        WHEN 'Immunization' THEN 'date'
        WHEN 'MedicationAdministration' THEN 'effective-time'
        WHEN 'MedicationDispense' THEN 'whenhandedover'
        WHEN 'MedicationRequest' THEN 'authoredon'
        WHEN 'MedicationStatement' THEN 'effective'
        WHEN 'Observation' THEN 'date'
        WHEN 'Procedure' THEN 'date'
        WHEN 'QuestionnaireResponse' THEN 'authored'
        WHEN 'ServiceRequest' THEN 'authored'
        WHEN 'Slot' THEN 'start'
        WHEN 'Task' THEN 'authored-on'
        ELSE '' END
), '-9223372036854775808')
WHERE sort_at = 0;

-- +goose Down
UPDATE resources SET sort_at = 0 WHERE sort_at < 0;
