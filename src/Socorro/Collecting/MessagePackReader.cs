using System.Buffers.Binary;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Socorro.Collecting;

/// <summary>
/// Turns objects of MessagePack into JSON, see https://github.com/msgpack/msgpack/blob/master/spec.md. Bytes are hostile: whatever
/// they claim, no more is read than there is, and objects nest no deeper than JSON readers allow.
/// </summary>
ref struct MessagePackReader
{
    const int MaxDepth = 32;

    static readonly JsonWriterOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    ReadOnlySpan<byte> _rest;

    /// <summary>The JSON texts of objects that lie one after the other, as far as they are whole.</summary>
    public static IReadOnlyList<string> ReadObjects(ReadOnlySpan<byte> bytes)
    {
        var objects = new List<string>();
        var reader = new MessagePackReader { _rest = bytes };
        while (!reader._rest.IsEmpty && IsMap(reader._rest[0]) && reader.FindNext() is { } json)
            objects.Add(json);

        return objects;
    }

    string? FindNext()
    {
        using var json = new MemoryStream();
        using (var writer = new Utf8JsonWriter(json, Relaxed))
        {
            if (!TryCopy(writer, 0))
                return null;
        }

        return Encoding.UTF8.GetString(json.GetBuffer().AsSpan(0, (int)json.Length));
    }

    static bool IsMap(byte kind) => kind is (>= 0x80 and <= 0x8f) or 0xde or 0xdf;

    bool TryCopy(Utf8JsonWriter writer, int depth)
    {
        if (!TryTake(1, out var taken))
            return false;

        var kind = taken[0];
        switch (kind)
        {
            case <= 0x7f:
                writer.WriteNumberValue(kind);
                return true;
            case <= 0x8f:
                return TryCopyMap(writer, (uint)(kind & 0xf), depth);
            case <= 0x9f:
                return TryCopyArray(writer, (uint)(kind & 0xf), depth);
            case <= 0xbf:
                return TryCopyText(writer, (uint)(kind & 0x1f));
            case 0xc0:
                writer.WriteNullValue();
                return true;
            case 0xc2 or 0xc3:
                writer.WriteBooleanValue(kind == 0xc3);
                return true;
            case 0xca or 0xcb:
                return TryCopyFloat(writer, kind);
            case >= 0xcc and <= 0xd3:
                return TryCopyInteger(writer, kind);
            case >= 0xe0:
                writer.WriteNumberValue((sbyte)kind);
                return true;
            default:
                return TryReadSize(kind, out var size) && TryCopySized(writer, kind, size, depth);
        }
    }

    bool TryCopySized(Utf8JsonWriter writer, byte kind, uint size, int depth) => kind switch
    {
        0xd9 or 0xda or 0xdb => TryCopyText(writer, size),
        0xdc or 0xdd => TryCopyArray(writer, size, depth),
        0xde or 0xdf => TryCopyMap(writer, size, depth),
        // Binary and extension values have no place in JSON; an extension's type is one more byte.
        0xc4 or 0xc5 or 0xc6 => TryCopyNothing(writer, size),
        _ => TryCopyNothing(writer, size + 1UL),
    };

    /// <summary>The size that follows the kind, in as many bytes as the kind says.</summary>
    bool TryReadSize(byte kind, out uint size)
    {
        size = 0;
        var length = kind switch
        {
            0xc4 or 0xc7 or 0xd9 => 1,
            0xc5 or 0xc8 or 0xda or 0xdc or 0xde => 2,
            0xc6 or 0xc9 or 0xdb or 0xdd or 0xdf => 4,
            >= 0xd4 and <= 0xd8 => 0,
            _ => -1, // 0xc1 is never used.
        };
        if (length == 0)
            size = 1U << (kind - 0xd4);
        if (length <= 0)
            return length == 0;
        if (!TryTake((uint)length, out var bytes))
            return false;

        foreach (var b in bytes)
            size = (size << 8) | b;
        return true;
    }

    bool TryCopyMap(Utf8JsonWriter writer, uint count, int depth)
    {
        if (depth == MaxDepth)
            return false;

        writer.WriteStartObject();
        for (; count > 0; count--)
        {
            if (!TryReadName(out var name))
                return false;

            writer.WritePropertyName(name);
            if (!TryCopy(writer, depth + 1))
                return false;
        }

        writer.WriteEndObject();
        return true;
    }

    bool TryCopyArray(Utf8JsonWriter writer, uint count, int depth)
    {
        if (depth == MaxDepth)
            return false;

        writer.WriteStartArray();
        for (; count > 0; count--)
        {
            if (!TryCopy(writer, depth + 1))
                return false;
        }

        writer.WriteEndArray();
        return true;
    }

    /// <summary>Members of JSON have names of text; MessagePack allows others, which no client sends.</summary>
    bool TryReadName(out string name)
    {
        name = "";
        if (!TryTake(1, out var kind))
            return false;

        uint size;
        if (kind[0] is >= 0xa0 and <= 0xbf)
            size = (uint)(kind[0] & 0x1f);
        else if (kind[0] is not (0xd9 or 0xda or 0xdb) || !TryReadSize(kind[0], out size))
            return false;

        return TryReadText(size, out name);
    }

    bool TryCopyText(Utf8JsonWriter writer, uint size)
    {
        if (!TryReadText(size, out var text))
            return false;

        writer.WriteStringValue(text);
        return true;
    }

    bool TryReadText(uint size, out string text)
    {
        var isThere = TryTake(size, out var bytes);
        text = Encoding.UTF8.GetString(bytes);
        return isThere;
    }

    bool TryCopyNothing(Utf8JsonWriter writer, ulong size)
    {
        if (!TryTake(size, out _))
            return false;

        writer.WriteNullValue();
        return true;
    }

    bool TryCopyFloat(Utf8JsonWriter writer, byte kind)
    {
        if (!TryTake(kind == 0xca ? 4U : 8U, out var bytes))
            return false;

        var number = kind == 0xca ? BinaryPrimitives.ReadSingleBigEndian(bytes) : BinaryPrimitives.ReadDoubleBigEndian(bytes);
        if (double.IsFinite(number))
            writer.WriteNumberValue(number);
        else
            writer.WriteNullValue();
        return true;
    }

    bool TryCopyInteger(Utf8JsonWriter writer, byte kind)
    {
        var isSigned = kind >= 0xd0;
        var length = 1 << ((kind - 0xcc) & 3);
        if (!TryTake((uint)length, out var bytes))
            return false;

        var value = 0UL;
        foreach (var b in bytes)
            value = (value << 8) | b;
        if (isSigned)
            writer.WriteNumberValue((long)value << (64 - (8 * length)) >> (64 - (8 * length)));
        else
            writer.WriteNumberValue(value);
        return true;
    }

    bool TryTake(ulong size, out ReadOnlySpan<byte> taken)
    {
        taken = default;
        if (size > (ulong)_rest.Length)
            return false;

        taken = _rest[..(int)size];
        _rest = _rest[(int)size..];
        return true;
    }
}
