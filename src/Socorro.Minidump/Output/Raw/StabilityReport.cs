using System.Globalization;

namespace Socorro.Minidumps.Output.Raw;

/// <summary>
/// Shows the protocol buffer that Chromium puts into its dumps. Fields are named by the table stability.txt, others by their
/// numbers; bytes that are no message inside are shown as bytes.
/// </summary>
sealed class StabilityReport(RawOutput output, int mostFields)
{
    const int Deepest = 8;
    const int LongestBytes = 64;

    static readonly Dictionary<string, string> Names = StructureLayout.ReadLines("stability.txt")
        .Select(line => line.Split(' ')).ToDictionary(parts => parts[0], parts => parts[1]);

    int _left = mostFields;

    public void Write(ReadOnlySpan<byte> message) => TryWrite(message, "", "", 0);

    bool TryWrite(ReadOnlySpan<byte> message, string numbers, string place, int depth)
    {
        while (!message.IsEmpty && _left-- > 0)
        {
            if (!TryReadNumber(ref message, out var tag) || tag >> 3 is 0 or > int.MaxValue)
                return false;

            var number = (numbers.Length == 0 ? "" : numbers + ".") + (tag >> 3).ToString(CultureInfo.InvariantCulture);
            var name = (place.Length == 0 ? "" : place + ".") + Names.GetValueOrDefault(number, number[(number.LastIndexOf('.') + 1)..]);
            if (!TryWriteField((int)(tag & 7), ref message, number, name, depth))
                return false;
        }

        return true;
    }

    bool TryWriteField(int type, ref ReadOnlySpan<byte> message, string number, string name, int depth)
    {
        switch (type)
        {
            case 0 when TryReadNumber(ref message, out var value):
                output.Field(name, HumanText.Number(value));
                return true;
            case 1 or 5 when message.Length >= (type == 1 ? 8 : 4):
                var size = type == 1 ? 8 : 4;
                output.Field(name, "0x" + Convert.ToHexStringLower(message[..size]));
                message = message[size..];
                return true;
            case 2 when TryReadNumber(ref message, out var length) && length <= (ulong)message.Length:
                var inner = message[..(int)length];
                message = message[(int)length..];
                if (depth == Deepest || !IsMessage(inner) || !TryWrite(inner, number, name, depth + 1))
                    output.Field(name, "0x" + Convert.ToHexStringLower(inner[..Math.Min(inner.Length, LongestBytes)]));
                return true;
            default:
                return false;
        }
    }

    // Whether the bytes can be a message; text could be one by chance, but not text that is known to be none.
    static bool IsMessage(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            if (!TryReadNumber(ref bytes, out var tag) || tag >> 3 == 0)
                return false;

            var length = 0UL;
            var isWhole = (tag & 7) switch
            {
                0 => TryReadNumber(ref bytes, out _),
                1 => (length = 8) <= (ulong)bytes.Length,
                2 => TryReadNumber(ref bytes, out length) && length <= (ulong)bytes.Length,
                5 => (length = 4) <= (ulong)bytes.Length,
                _ => false,
            };
            if (!isWhole)
                return false;
            bytes = bytes[(int)length..];
        }

        return true;
    }

    static bool TryReadNumber(ref ReadOnlySpan<byte> bytes, out ulong number)
    {
        number = 0;
        for (var i = 0; i < Math.Min(bytes.Length, 10); i++)
        {
            number |= (ulong)(bytes[i] & 0x7f) << 7 * i;
            if (bytes[i] < 0x80)
            {
                bytes = bytes[(i + 1)..];
                return true;
            }
        }

        return false;
    }
}
