using ZstdSharp;

namespace Socorro.Collecting;

/// <summary>
/// Counts what is read through it, and knows when it was the source that turned out broken. Reads forward, asynchronously.
/// </summary>
/// <param name="source">Disposed together with this.</param>
/// <param name="maxBytes">Reading on after so many fails with status 413.</param>
sealed class MeteredStream(Stream source, long maxBytes) : Stream
{
    /// <summary>Bytes read so far.</summary>
    public long BytesRead { get; private set; }

    /// <summary>Whether the source could not be decoded.</summary>
    public bool HasBrokenSource { get; private set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int read;
        try
        {
            read = await source.ReadAsync(buffer, cancellationToken);
        }
        catch (Exception e) when (e is InvalidDataException or InvalidOperationException or EndOfStreamException or ZstdException)
        {
            HasBrokenSource = true;
            throw new InvalidDataException("The content can't be decoded", e);
        }

        BytesRead += read;
        return BytesRead <= maxBytes
            ? read
            : throw new BadHttpRequestException("The body is too large", StatusCodes.Status413PayloadTooLarge);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    public override async ValueTask DisposeAsync()
    {
        await source.DisposeAsync();
        await base.DisposeAsync();
    }
}
