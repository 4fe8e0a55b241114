\set id random(1, :rows)
WITH recorded AS (INSERT INTO use_record (person, service, client, purpose, fields, records) VALUES (:id, 1, 1, 'aid_check', 'id_number,name,sex,born,street,address', 1)) SELECT id_number, name, sex, born, street, address FROM person WHERE id = :id;
