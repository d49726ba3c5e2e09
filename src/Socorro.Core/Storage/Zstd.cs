using System.Buffers;
using System.Collections.Concurrent;
using ZstdSharp;
using ZstdSharp.Unsafe;

namespace Socorro.Storage;

/// <summary>
/// Zstandard (RFC 8878) as all stored values use it: the fastest ordinary level, frames that carry a checksum, and
/// contexts that are kept for reuse because making one costs more than compressing a small value.
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

    /// <summary>The bytes of one frame that lies in pieces.</summary>
    /// <exception cref="InvalidDataException">The frame is damaged, or does not hold that many bytes.</exception>
    public static byte[] Decompress(IEnumerable<ReadOnlyMemory<byte>> pieces, long length)
    {
        if (length < 0 || length > Array.MaxLength)
            throw new InvalidDataException($"A zstd frame cannot hold {length} bytes here");

        var decompressor = TakeDecompressor();
        try
        {
            var bytes = new byte[length];
            Decompress(decompressor, pieces, bytes);
            return bytes;
        }
        catch (ZstdException e)
        {
            throw new InvalidDataException($"A zstd frame is damaged: {e.Message}", e);
        }
        finally
        {
            GiveBack(decompressor);
        }
    }

    static void Decompress(Decompressor decompressor, IEnumerable<ReadOnlyMemory<byte>> pieces, Span<byte> into)
    {
        // The decoder does nothing at all without room, even when only the frame's end is left to check.
        Span<byte> excess = new byte[1];
        var status = OperationStatus.NeedMoreData;
        foreach (var piece in pieces)
        {
            var rest = piece.Span;
            while (!rest.IsEmpty)
            {
                var room = into.IsEmpty ? excess : into;
                status = decompressor.UnwrapStream(rest, room, out var consumed, out var written);
                if (status == OperationStatus.InvalidData)
                    throw new InvalidDataException("A zstd frame is damaged");
                if (written > into.Length)
                    throw new InvalidDataException("A zstd frame holds more bytes than it should");

                rest = rest[consumed..];
                into = into[written..];
            }
        }

        if (status != OperationStatus.Done || !into.IsEmpty)
            throw new InvalidDataException($"A zstd frame ends {into.Length} bytes early");
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
