\set id random(1, :rows)
SELECT id_number, name, sex, born, street, address FROM person WHERE id = :id;
INSERT INTO use_record (person, service, client, purpose, fields, records) VALUES (:id, 1, 1, 'aid_check', 'id_number,name,sex,born,street,address', 1);
