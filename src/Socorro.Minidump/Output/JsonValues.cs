using System.Text.Json;
using Socorro.Minidumps.Cpu;

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
sealed class AddressText(Minidump dump)
{
    readonly byte[] _buffer = new byte[2 + 2 * (CpuTraits.Find(dump.Cpu)?.PointerSize ?? 8)];

    /// <summary>The text of an address, good until the next call.</summary>
    public ReadOnlySpan<byte> Format(ulong address)
    {
        _buffer[0] = (byte)'0';
        _buffer[1] = (byte)'x';
        for (var i = _buffer.Length - 1; i > 1; i--)
        {
            _buffer[i] = "0123456789abcdef"u8[(int)(address & 15)];
            address >>= 4;
        }

        return _buffer;
    }
}
