-- The earlier lines that a line is compared with. Without the name of the file, which the statement compares with no index
-- (Imports/ShipmentStore.cs): of three columns that are as good before the table is analysed PostgreSQL took the file alone.
DROP INDEX shipment_lines_by_content, shipment_lines_by_key;
CREATE INDEX shipment_lines_by_content ON shipment_lines (operator_id, content, index);
CREATE INDEX shipment_lines_by_key ON shipment_lines (operator_id, key, index);
