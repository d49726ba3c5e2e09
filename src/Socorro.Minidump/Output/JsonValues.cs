using System.Globalization;
using System.Text.Json;

namespace Socorro.Minidumps.Output;

/// <summary>Members that reports have many of, most of which may be null.</summary>
static class JsonValues
{
    extension(Utf8JsonWriter json)
    {
        public void WriteNumberOrNull(string name, ulong? number)
        {
            if (number is { } value)
                json.WriteNumber(name, value);
            else
                json.WriteNull(name);
        }

        public void WriteTextOrNull(JsonEncodedText name, ReadOnlyMemory<byte> utf8)
        {
            if (utf8.IsEmpty)
                json.WriteNull(name);
            else
                json.WriteString(name, utf8.Span);
        }

        /// <summary>An object, or null where there is nothing to put into it.</summary>
        public void WriteObjectOrNull<T>(string name, T? value, Action<T> writeMembers)
            where T : class
        {
            if (value is null)
            {
                json.WriteNull(name);
                return;
            }

            json.WriteStartObject(name);
            writeMembers(value);
            json.WriteEndObject();
        }

        /// <summary>An array of objects.</summary>
        public void WriteObjects<T>(string name, IEnumerable<T> values, Action<T> writeMembers)
        {
            json.WriteStartArray(name);
            foreach (var value in values)
            {
                json.WriteStartObject();
                writeMembers(value);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }
    }
}

/// <summary>Writes addresses as "0x" and as many digits as a pointer has, without making strings.</summary>
sealed class AddressText(int pointerSize)
{
    readonly byte[] _buffer = new byte[2 + 16];

    /// <summary>The text of an address, good until the next call.</summary>
    public ReadOnlySpan<byte> Format(ulong address)
    {
        "0x"u8.CopyTo(_buffer);
        if (pointerSize == 4)
            ((uint)address).TryFormat(_buffer.AsSpan(2), out _, "x8", CultureInfo.InvariantCulture);
        else
            address.TryFormat(_buffer.AsSpan(2), out _, "x16", CultureInfo.InvariantCulture);
        return _buffer.AsSpan(0, 2 + 2 * pointerSize);
    }
}
