using System.Text.Json;

namespace Socorro.Configuration;

/// <summary>
/// A JSON value of a settings file with its place in it. Reading what is not there or of another kind adds an error that
/// names the place, and gives a harmless value to go on with.
/// </summary>
sealed class JsonNodeReader(JsonElement element, string place, List<string> errors)
{
    public JsonNodeReader? Find(string member) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(member, out var value)
            ? new(value, place.Length == 0 ? member : $"{place}.{member}", errors)
            : null;

    /// <summary>Misspelt members are errors, not comments.</summary>
    public JsonNodeReader AllowOnly(params IReadOnlyCollection<string> members)
    {
        foreach (var member in ReadMembers())
        {
            if (!members.Contains(member.Name))
                Fault($"\"{member.Name}\" is none of {string.Join(", ", members)}");
        }

        return this;
    }

    public IReadOnlyList<JsonProperty> ReadMembers()
    {
        if (element.ValueKind == JsonValueKind.Object)
            return [.. element.EnumerateObject()];

        Fault("is not an object");
        return [];
    }

    public string ReadText(string member) => Find(member) is { } value ? value.AsText() : Missing(member, "");

    public double ReadNumber(string member) =>
        Find(member) is { } value ? value.As(JsonValueKind.Number, "a number", number => number.GetDouble(), 0) : Missing(member, 0);

    /// <summary>A whole number from 0 up.</summary>
    public int ReadCount(string member)
    {
        var number = ReadNumber(member);
        if (number is >= 0 and <= int.MaxValue && double.IsInteger(number))
            return (int)number;

        Fault($"{member} {number} is not a whole number from 0 to {int.MaxValue}");
        return 0;
    }

    public bool ReadFlag(string member)
    {
        var value = Find(member);
        if (value?.AsFlag() is { } flag)
            return flag;

        Fault($"{member} is not true or false");
        return false;
    }

    public IReadOnlyList<T> ReadList<T>(string member, Func<JsonNodeReader, T> readItem)
    {
        if (Find(member) is not { } list)
            return Missing<IReadOnlyList<T>>(member, []);

        return list.As(JsonValueKind.Array, "a list", _ => list.ReadItems(readItem), []);
    }

    public string AsText() => As(JsonValueKind.String, "a text", text => text.GetString()!, "");

    public void Fault(string what) => errors.Add(place.Length == 0 ? what : $"{place}: {what}");

    bool? AsFlag() => element.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => null,
    };

    IReadOnlyList<T> ReadItems<T>(Func<JsonNodeReader, T> readItem) =>
        [.. element.EnumerateArray().Select((item, index) => readItem(new(item, $"{place}[{index}]", errors)))];

    T As<T>(JsonValueKind kind, string wanted, Func<JsonElement, T> read, T otherwise)
    {
        if (element.ValueKind == kind)
            return read(element);

        Fault($"is not {wanted}");
        return otherwise;
    }

    T Missing<T>(string member, T otherwise)
    {
        // What is no object was complained of already.
        if (element.ValueKind == JsonValueKind.Object)
            Fault($"has no \"{member}\"");
        return otherwise;
    }
}
