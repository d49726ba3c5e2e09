using System.Buffers;
using System.Collections.Concurrent;
using ZstdSharp;
using ZstdSharp.Unsafe;

namespace Socorro.Storage;

/// <summary>
/// Zstandard (RFC 8878) as all stored values use it: the fastest ordinary level, frames that carry a checksum, and contexts
/// that are kept for reuse because making one costs more than compressing a small value.
/// </summary>
public static class Zstd
{
    const int Level = 1;
    const int MaxIdleContexts = 64;

    static readonly ConcurrentBag<Compressor> IdleCompressors = [];
    static readonly ConcurrentBag<Decompressor> IdleDecompressors = [];

    public static byte[] Compress(ReadOnlySpan<byte> bytes)
    {
        var compressor = TakeCompressor();
        var buffer = ArrayPool<byte>.Shared.Rent(Compressor.GetCompressBound(bytes.Length));
        var length = compressor.Wrap(bytes, buffer);
        var compressed = buffer.AsSpan(0, length).ToArray();
        ArrayPool<byte>.Shared.Return(buffer);
        GiveBack(compressor);
        return compressed;
    }

    /// <summary>Fills a buffer of exactly the uncompressed size from one frame.</summary>
    /// <exception cref="InvalidDataException">The frame is damaged or of another size.</exception>
    public static void Decompress(ReadOnlySpan<byte> frame, Span<byte> into)
    {
        var decompressor = TakeDecompressor();
        try
        {
            if (!decompressor.TryUnwrap(frame, into, out var written) || written != into.Length)
                throw new InvalidDataException($"A zstd frame does not hold the {into.Length} bytes it should");
        }
        catch (ZstdException e)
        {
            throw new InvalidDataException($"A zstd frame is damaged: {e.Message}", e);
        }

        GiveBack(decompressor);
    }

    internal static Compressor TakeCompressor()
    {
        if (IdleCompressors.TryTake(out var idle))
            return idle;

        var compressor = new Compressor(Level);
        compressor.SetParameter(ZSTD_cParameter.ZSTD_c_checksumFlag, 1);
        return compressor;
    }

    internal static void GiveBack(Compressor compressor)
    {
        compressor.ResetStream();
        if (IdleCompressors.Count < MaxIdleContexts)
            IdleCompressors.Add(compressor);
        else
            compressor.Dispose();
    }

    internal static Decompressor TakeDecompressor() =>
        IdleDecompressors.TryTake(out var idle) ? idle : new Decompressor();

    internal static void GiveBack(Decompressor decompressor)
    {
        decompressor.ResetStream();
        if (IdleDecompressors.Count < MaxIdleContexts)
            IdleDecompressors.Add(decompressor);
        else
            decompressor.Dispose();
    }
}
