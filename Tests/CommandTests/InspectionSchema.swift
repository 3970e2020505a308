import Encodings
import TestSupport
import Testing

/// Holds what `inspect --json` prints to its published schema, which knows every member.
enum InspectionSchema {
    static func check(_ document: JSONPlace) throws {
        let path = "\(Site.package)/docs/formats/inspection-report.schema.json"
        let schema = JSONPlace(try JSON(parsing: TestFiles.bytes(path)))
        try JSONSchema(root: schema).check(document, schema)
    }
}

/// The part of JSON Schema that our own schemas use; any other keyword is an error.
struct JSONSchema {
    let root: JSONPlace

    func check(_ value: JSONPlace, _ schema: JSONPlace) throws {
        for keyword in try schema.object().members.map(\.name) {
            let rule = try schema.member(keyword)
            switch keyword {
            case "$schema", "$id", "title", "description", "$defs": continue
            case "$ref":
                let name = try rule.string().replacing("#/$defs/", with: "")
                try check(value, root.member("$defs").member(name))
            case "type": try checkType(value, rule)
            case "enum":
                #expect(try rule.array().contains { $0.value == value.value }, "\(value.path)")
            case "required":
                let present = try value.object()
                for name in try rule.array() {
                    let name = try name.string()
                    #expect(present[name] != nil, "\(value.path) has no \(name)")
                }
            case "properties", "additionalProperties", "propertyNames": continue
            case "items": for item in try value.array() { try check(item, rule) }
            case "pattern":
                let pattern = try Regex(rule.string())
                #expect(try value.string().contains(pattern), "\(value.path)")
            case "minimum": #expect(try value.integer() >= rule.integer(), "\(value.path)")
            default: Issue.record("the schema uses \(keyword)")
            }
        }
        try checkMembers(value, schema)
    }

    private func checkMembers(_ value: JSONPlace, _ schema: JSONPlace) throws {
        guard case .object(let object) = value.value else { return }
        let known = try schema.optional("properties")
        for name in object.members.map(\.name) {
            if let rule = try known?.optional(name) {
                try check(value.member(name), rule)
            } else if let rule = try schema.optional("additionalProperties") {
                guard case .boolean(false) = rule.value else {
                    try check(value.member(name), rule)
                    continue
                }
                Issue.record("\(value.path) has the unknown member \(name)")
            }
        }
    }

    private func checkType(_ value: JSONPlace, _ rule: JSONPlace) throws {
        let names: [String]
        if case .string(let name) = rule.value {
            names = [name]
        } else {
            names = try rule.array().map { try $0.string() }
        }
        let actual =
            switch value.value {
            case .null: "null"
            case .boolean: "boolean"
            case .integer: "integer"
            case .number: "number"
            case .string: "string"
            case .array: "array"
            case .object: "object"
            }
        #expect(names.contains(actual), "\(value.path) is \(actual)")
    }
}
