-- The newer promotion that took the place of this one.

ALTER TABLE promotion ADD COLUMN superseded_by uuid;

CREATE INDEX promotion_by_superseded_by ON promotion (org, superseded_by) WHERE superseded_by IS NOT NULL;
