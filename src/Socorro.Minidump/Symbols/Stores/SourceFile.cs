using System.IO.Hashing;
using Socorro.Minidumps.Symbols.Tables;

namespace Socorro.Minidumps.Symbols.Stores;

/// <summary>Stamps a symbol text, so that a table made from an earlier state of it is recognised.</summary>
static class SourceFile
{
    const int SampleSize = 4096;

    /// <summary>Throws as reading a file does.</summary>
    public static SourceStamp Stamp(string path)
    {
        using var file = File.OpenHandle(path);
        var length = RandomAccess.GetLength(file);
        Span<byte> sample = stackalloc byte[SampleSize];
        var head = XxHash3.HashToUInt64(sample[..RandomAccess.Read(file, sample, 0)]);
        var tail = XxHash3.HashToUInt64(sample[..RandomAccess.Read(file, sample, Math.Max(0, length - SampleSize))]);
        return new(length, File.GetLastWriteTimeUtc(file).Ticks, unchecked(3 * head + tail));
    }
}
