using System.Text.Json;
using System.Text.RegularExpressions;

namespace Socorro.Minidumps.Tests.Output;

/// <summary>
/// As much of JSON Schema (2020-12) as the schema of our report uses. Remembers which of the schema's members it has met, so that a
/// test can tell of those that no report has.
/// </summary>
sealed class JsonSchema(JsonElement root)
{
    readonly HashSet<string> _met = [];

    /// <summary>The paths of members that objects had: "$defs/frame/properties/jit".</summary>
    public IReadOnlySet<string> Met => _met;

    /// <summary>What is wrong with a value, with the path in it.</summary>
    public IReadOnlyList<string> Check(JsonElement value, string definition) =>
        [.. Check(value, root.GetProperty("$defs").GetProperty(definition), "$", $"$defs/{definition}")];

    /// <summary>All members that the schema names.</summary>
    public static IEnumerable<string> MembersOf(JsonElement schema, string path = "")
    {
        if (schema.ValueKind == JsonValueKind.Object)
        {
            foreach (var member in schema.EnumerateObject())
            {
                var below = path.Length == 0 ? member.Name : $"{path}/{member.Name}";
                if (path.EndsWith("/properties", StringComparison.Ordinal))
                    yield return below;
                foreach (var name in MembersOf(member.Value, below))
                    yield return name;
            }
        }
        else if (schema.ValueKind == JsonValueKind.Array)
        {
            foreach (var (i, element) in schema.EnumerateArray().Index())
            {
                foreach (var name in MembersOf(element, $"{path}/{i}"))
                    yield return name;
            }
        }
    }

    IEnumerable<string> Check(JsonElement value, JsonElement schema, string at, string path)
    {
        if (schema.TryGetProperty("$ref", out var reference))
        {
            var name = reference.GetString()!.Split('/')[^1];
            return Check(value, root.GetProperty("$defs").GetProperty(name), at, $"$defs/{name}");
        }

        if (schema.TryGetProperty("anyOf", out var choices))
        {
            var outcomes = choices.EnumerateArray().Select((choice, i) => Check(value, choice, at, $"{path}/anyOf/{i}").ToList()).ToList();
            return outcomes.Any(outcome => outcome is []) ? [] : outcomes.MinBy(outcome => outcome.Count)!;
        }

        return CheckValue(value, schema, at).Concat(value.ValueKind switch
        {
            JsonValueKind.Object => CheckObject(value, schema, at, path),
            JsonValueKind.Array => CheckArray(value, schema, at, path),
            _ => [],
        });
    }

    static IEnumerable<string> CheckValue(JsonElement value, JsonElement schema, string at)
    {
        if (schema.TryGetProperty("type", out var type) && !Types(type).Any(name => IsOf(name, value)))
            yield return $"{at} is a {value.ValueKind}, not {type}";
        if (schema.TryGetProperty("enum", out var words) && !words.EnumerateArray().Any(word => JsonElement.DeepEquals(word, value)))
            yield return $"{at} is {value}, which is no word of the schema";
        if (schema.TryGetProperty("const", out var only) && !JsonElement.DeepEquals(only, value))
            yield return $"{at} is {value}, not {only}";
        if (schema.TryGetProperty("pattern", out var pattern) && value.ValueKind == JsonValueKind.String
            && !Regex.IsMatch(value.GetString()!, pattern.GetString()!, RegexOptions.CultureInvariant))
        {
            yield return $"{at} is {value}";
        }

        if (value.ValueKind == JsonValueKind.Number
            && (schema.TryGetProperty("minimum", out var least) && value.GetDouble() < least.GetDouble()
                || schema.TryGetProperty("maximum", out var most) && value.GetDouble() > most.GetDouble()))
        {
            yield return $"{at} is {value}";
        }
    }

    IEnumerable<string> CheckObject(JsonElement value, JsonElement schema, string at, string path)
    {
        if (!schema.TryGetProperty("additionalProperties", out var others))
            yield break; // anything goes

        schema.TryGetProperty("properties", out var known);
        if (schema.TryGetProperty("required", out var required))
        {
            foreach (var name in required.EnumerateArray().Where(name => !value.TryGetProperty(name.GetString()!, out _)))
                yield return $"{at} lacks {name}";
        }

        var last = "";
        foreach (var member in value.EnumerateObject())
        {
            if (string.CompareOrdinal(last, member.Name) >= 0)
                yield return $"{at} has {member.Name} behind {last}";
            last = member.Name;
            var isKnown = known.ValueKind == JsonValueKind.Object && known.TryGetProperty(member.Name, out _);
            if (!isKnown && others.ValueKind == JsonValueKind.False)
            {
                yield return $"{at} has {member.Name}, which the schema does not know";
                continue;
            }

            var below = isKnown ? $"{path}/properties/{member.Name}" : path;
            _met.Add(below);
            foreach (var fault in Check(member.Value, isKnown ? known.GetProperty(member.Name) : others, $"{at}.{member.Name}", below))
                yield return fault;
        }
    }

    IEnumerable<string> CheckArray(JsonElement value, JsonElement schema, string at, string path)
    {
        var count = value.GetArrayLength();
        if (schema.TryGetProperty("minItems", out var least) && count < least.GetInt32()
            || schema.TryGetProperty("maxItems", out var most) && count > most.GetInt32())
        {
            yield return $"{at} has {count} elements";
        }

        if (!schema.TryGetProperty("items", out var items))
            yield break;

        foreach (var (i, element) in value.EnumerateArray().Index())
        {
            foreach (var fault in Check(element, items, $"{at}[{i}]", $"{path}/items"))
                yield return fault;
        }
    }

    static IEnumerable<string> Types(JsonElement type) =>
        type.ValueKind == JsonValueKind.String ? [type.GetString()!] : type.EnumerateArray().Select(name => name.GetString()!);

    static bool IsOf(string type, JsonElement value) => type switch
    {
        "integer" => value.ValueKind == JsonValueKind.Number && !value.GetRawText().AsSpan().ContainsAny(".eE"),
        "number" => value.ValueKind == JsonValueKind.Number,
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        _ => value.ValueKind.ToString().Equals(type, StringComparison.OrdinalIgnoreCase),
    };
}
