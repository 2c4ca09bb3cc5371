-- +goose Up

-- What an urgent thread follows until somebody has it, unless an administrator
-- says otherwise: its own pool at once and after five minutes, then the standard
-- pool as well, again and again.
INSERT INTO escalations (id, name, rules, version, changed_by, changed_at)
    SELECT '00000000-0000-7000-8000-000000000002', 'urgent',
    '{"name":"urgent","from":"arrival","until":"claimed","clock":"wall","steps":[{"minutes":5},{"minutes":5},{"pool":"00000000-0000-7000-8000-000000000001","minutes":5}],"then":"repeat","version":1}', 1, '', 0
    WHERE NOT EXISTS (SELECT 1 FROM escalations WHERE name = 'urgent');

-- +goose Down
DELETE FROM escalations WHERE id = '00000000-0000-7000-8000-000000000002';
