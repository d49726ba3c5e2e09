using Socorro.Minidumps.Format;

namespace Socorro.Minidumps.Streams;

/// <summary>The assertion of the C runtime that ended the process.</summary>
/// <param name="Type">1 an invalid parameter, 2 a call of a pure virtual function.</param>
public sealed record AssertionInfo(string Expression, string Function, string File, uint Line, uint Type)
{
    /// <summary>The assertion in one line, such as "Invalid parameter 'n &gt; 0' in f, main.c:12".</summary>
    public override string ToString()
    {
        var what = Type switch
        {
            1 => "Invalid parameter",
            2 => "Pure virtual function call",
            _ => "Assertion",
        };
        var text = Expression.Length > 0 ? $"{what} '{Expression}'" : what;
        if (Function.Length > 0)
            text += $" in {Function}";
        return File.Length > 0 ? $"{text}, {File}:{Line}" : text;
    }

    internal static AssertionInfo? Read(DumpFile file)
    {
        const int size = 776;
        const int units = 128;
        if (!file.TryFindStream(StreamType.AssertionInfoStream, size, out Fields stream))
            return null;

        return new(
            file.ReadFixedUtf16(stream, 0, units),
            file.ReadFixedUtf16(stream, 256, units),
            file.ReadFixedUtf16(stream, 512, units),
            stream.UInt32(768),
            stream.UInt32(772));
    }
}
