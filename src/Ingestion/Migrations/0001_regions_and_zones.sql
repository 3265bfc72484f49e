-- Regions of the Carbon Intensity API. 1 to 14 are the areas of the distribution network operators; 15 to 18 contain others.
CREATE TABLE regions (
    region_id smallint PRIMARY KEY CHECK (region_id BETWEEN 1 AND 18),
    short_name text NOT NULL UNIQUE CHECK (short_name <> ''),
    dno_region text NOT NULL CHECK (dno_region <> '')
);

INSERT INTO regions (region_id, short_name, dno_region) VALUES
    (1, 'North Scotland', 'Scottish Hydro Electric Power Distribution'),
    (2, 'South Scotland', 'SP Distribution'),
    (3, 'North West England', 'Electricity North West'),
    (4, 'North East England', 'NPG North East'),
    (5, 'Yorkshire', 'NPG Yorkshire'),
    (6, 'North Wales & Merseyside', 'SP Manweb'),
    (7, 'South Wales', 'WPD South Wales'),
    (8, 'West Midlands', 'WPD West Midlands'),
    (9, 'East Midlands', 'WPD East Midlands'),
    (10, 'East England', 'UKPN East'),
    (11, 'South West England', 'WPD South West'),
    (12, 'South England', 'SSE South'),
    (13, 'London', 'UKPN London'),
    (14, 'South East England', 'UKPN South East'),
    (15, 'England', 'England'),
    (16, 'Scotland', 'Scotland'),
    (17, 'Wales', 'Wales'),
    (18, 'GB', 'GB');

-- From which intensity (gCO2/kWh) on a period is called low, moderate, high or very high; below, it is very low.
-- The National Grid ESO methodology lowers the bands every year; after the last year its bands hold.
CREATE TABLE carbon_index_bands (
    year smallint PRIMARY KEY,
    low_from smallint NOT NULL CHECK (low_from > 0),
    moderate_from smallint NOT NULL CHECK (moderate_from > low_from),
    high_from smallint NOT NULL CHECK (high_from > moderate_from),
    very_high_from smallint NOT NULL CHECK (very_high_from > high_from)
);

INSERT INTO carbon_index_bands (year, low_from, moderate_from, high_from, very_high_from) VALUES
    (2017, 100, 200, 300, 401),
    (2018, 80, 180, 280, 381),
    (2019, 60, 160, 260, 361),
    (2020, 55, 150, 230, 351),
    (2021, 50, 140, 220, 331),
    (2022, 45, 130, 210, 311),
    (2023, 40, 120, 200, 291),
    (2024, 35, 110, 190, 271),
    (2025, 30, 100, 180, 251),
    (2026, 25, 90, 170, 231),
    (2027, 20, 80, 160, 211),
    (2028, 15, 70, 150, 191),
    (2029, 10, 60, 140, 171),
    (2030, 5, 50, 130, 151);

-- Places where compute work can be run: those shipped here, one for each network area, and those that providers describe.
-- Text is compared without case; COLLATE "C" makes that the same under every locale of a cluster.
CREATE TABLE grid_zones (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    grid_zone_code text CHECK (length(grid_zone_code) BETWEEN 1 AND 200 AND grid_zone_code = btrim(grid_zone_code)),
    zone_name text CHECK (length(zone_name) BETWEEN 1 AND 200),
    locality text CHECK (length(locality) BETWEEN 1 AND 200),
    region text CHECK (length(region) BETWEEN 1 AND 200),
    country text CHECK (country ~ '^[A-Z]{2}$'),
    region_id smallint REFERENCES regions,
    source text NOT NULL DEFAULT 'manual' CHECK (length(source) BETWEEN 1 AND 200),
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT grid_zones_named CHECK (grid_zone_code IS NOT NULL OR zone_name IS NOT NULL)
);

CREATE UNIQUE INDEX grid_zones_code_key ON grid_zones (lower(grid_zone_code COLLATE "C")) WHERE grid_zone_code IS NOT NULL;
-- Without a code the name is what tells zones apart.
CREATE UNIQUE INDEX grid_zones_name_without_code_key ON grid_zones (lower(zone_name COLLATE "C")) WHERE grid_zone_code IS NULL;
-- The one zone that stands for a region.
CREATE UNIQUE INDEX grid_zones_shipped_region_key ON grid_zones (region_id) WHERE source = 'pylon';
CREATE INDEX grid_zones_zone_name_idx ON grid_zones (lower(zone_name COLLATE "C"));
CREATE INDEX grid_zones_locality_idx ON grid_zones (lower(locality COLLATE "C"));
CREATE INDEX grid_zones_region_idx ON grid_zones (lower(region COLLATE "C"));
CREATE INDEX grid_zones_listing_idx ON grid_zones ((grid_zone_code IS NULL), lower(coalesce(grid_zone_code, '') COLLATE "C"), id);

-- The ids are given, so that every installation knows the same zone by the same id.
INSERT INTO grid_zones (id, grid_zone_code, zone_name, locality, region, country, region_id, source) VALUES
    ('99a3a03f-a14e-5ab7-ba48-e919906c96e2', 'GB-R01', 'North Scotland', 'Inverness', 'North Scotland', 'GB', 1, 'pylon'),
    ('a6205b6d-add4-5623-96b7-639809418e11', 'GB-R02', 'South Scotland', 'Glasgow', 'South Scotland', 'GB', 2, 'pylon'),
    ('7c9b7a2e-9bb4-58de-af67-313a565bee4b', 'GB-R03', 'North West England', 'Manchester', 'North West England', 'GB', 3, 'pylon'),
    ('4535c311-f777-5462-b7e4-a79aadfea25c', 'GB-R04', 'North East England', 'Newcastle upon Tyne', 'North East England', 'GB', 4, 'pylon'),
    ('62414c74-3b6d-524b-b19d-9b9a788fe306', 'GB-R05', 'Yorkshire', 'Leeds', 'Yorkshire', 'GB', 5, 'pylon'),
    ('1a0bd959-f1d3-563d-8234-4269f14b2be0', 'GB-R06', 'North Wales & Merseyside', 'Liverpool', 'North Wales & Merseyside', 'GB', 6, 'pylon'),
    ('86dcc403-b3d9-5979-a4c9-041bc9129287', 'GB-R07', 'South Wales', 'Cardiff', 'South Wales', 'GB', 7, 'pylon'),
    ('9edf9849-28a2-5c1c-a954-caa51176a528', 'GB-R08', 'West Midlands', 'Birmingham', 'West Midlands', 'GB', 8, 'pylon'),
    ('45ce6aef-5b0e-5952-837d-bb873ba77f6f', 'GB-R09', 'East Midlands', 'Nottingham', 'East Midlands', 'GB', 9, 'pylon'),
    ('ba74f153-17f7-5dc5-9e8c-d2b241f8bdbd', 'GB-R10', 'East England', 'Norwich', 'East England', 'GB', 10, 'pylon'),
    ('fed41172-9eeb-5106-9426-45ec53e3236e', 'GB-R11', 'South West England', 'Bristol', 'South West England', 'GB', 11, 'pylon'),
    ('b72d5186-874c-52d1-a2d3-fb0a1eb1ebe6', 'GB-R12', 'South England', 'Southampton', 'South England', 'GB', 12, 'pylon'),
    ('9524066a-8dc6-5d9f-989b-606a19935345', 'GB-R13', 'London', 'London', 'London', 'GB', 13, 'pylon'),
    ('507e517c-ed41-5e60-9b81-0cc08635e0a6', 'GB-R14', 'South East England', 'Brighton', 'South East England', 'GB', 14, 'pylon');
