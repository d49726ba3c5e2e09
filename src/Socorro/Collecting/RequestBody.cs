using System.Buffers;
using System.IO.Compression;
using System.Text;
using ZstdSharp;
using ZstdSharp.Unsafe;

namespace Socorro.Collecting;

/// <summary>The body of a request on its way through decompression, measured on both sides.</summary>
sealed class RequestBody : IAsyncDisposable
{
    // RFC 9659: a sender must not need a larger window, and a receiver must not offer one.
    const int MaxZstdWindowLog = 23;

    readonly MeteredStream _received;

    RequestBody(MeteredStream received, Stream decoder, string coding, long maxBytes)
    {
        _received = received;
        Coding = coding;
        Content = new(decoder, maxBytes);
    }

    /// <summary>The name of its compression: "gzip", "deflate", "br", "zstd"; empty for none.</summary>
    public string Coding { get; }

    /// <summary>The multipart text; it ends with status 413 at the limit.</summary>
    public MeteredStream Content { get; }

    /// <summary>Bytes received so far, still compressed.</summary>
    public long ReceivedBytes => _received.BytesRead;

    /// <summary>Finds out how the body is compressed; for this it may have to wait for its first bytes.</summary>
    /// <param name="request">Its body is untouched yet.</param>
    /// <param name="boundary">The first line of a body that is not compressed, whatever its headers say.</param>
    /// <param name="maxBytes">Of the body as received and as decompressed, each.</param>
    /// <param name="cancel">Stops waiting.</param>
    public static async Task<RequestBody> OpenAsync(
        HttpRequest request, string boundary, long maxBytes, CancellationToken cancel)
    {
        var coding = request.Headers.ContentEncoding.ToString().Trim().ToLowerInvariant();
        var start = coding is "deflate" or "br" or "zstd" ? await PeekAsync(request, boundary.Length + 2, cancel) : [];
        var isPlain = start.AsSpan().SequenceEqual(Encoding.Latin1.GetBytes($"--{boundary}"));
        var received = new MeteredStream(request.Body, long.MaxValue);
        return coding switch
        {
            _ when isPlain => new(received, received, "", maxBytes),
            "gzip" or "x-gzip" => new(received, new GZipStream(received, CompressionMode.Decompress), "gzip", maxBytes),
            "deflate" when IsZlib(start) =>
                new(received, new ZLibStream(received, CompressionMode.Decompress), coding, maxBytes),
            "deflate" => new(received, new DeflateStream(received, CompressionMode.Decompress), coding, maxBytes),
            "br" => new(received, new BrotliStream(received, CompressionMode.Decompress), coding, maxBytes),
            "zstd" => new(received, OpenZstd(received), coding, maxBytes),
            _ => new(received, received, "", maxBytes),
        };
    }

    public ValueTask DisposeAsync() => Content.DisposeAsync();

    static async Task<byte[]> PeekAsync(HttpRequest request, int length, CancellationToken cancel)
    {
        var peeked = await request.BodyReader.ReadAtLeastAsync(length, cancel);
        var start = peeked.Buffer.Slice(0, Math.Min(length, peeked.Buffer.Length)).ToArray();
        request.BodyReader.AdvanceTo(peeked.Buffer.Start);
        return start;
    }

    // RFC 9110 means the zlib format by "deflate", but some clients send the bare one (RFC 1951).
    static bool IsZlib(byte[] start) =>
        start is [var first, var second, ..] && (first & 15) == 8 && ((first << 8) | second) % 31 == 0;

    static DecompressionStream OpenZstd(Stream received)
    {
        var decoder = new DecompressionStream(received);
        decoder.SetParameter(ZSTD_dParameter.ZSTD_d_windowLogMax, MaxZstdWindowLog);
        return decoder;
    }
}
