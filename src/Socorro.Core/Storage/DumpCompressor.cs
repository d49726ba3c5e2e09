using System.Buffers;
using System.Security.Cryptography;
using Socorro.Crashes;
using ZstdSharp;

namespace Socorro.Storage;

/// <summary>
/// Compresses and hashes one dump while it arrives, so that no dump is ever in memory uncompressed. The pieces lie in
/// pooled buffers that go back on disposal: dispose when the store's put has returned, not before. For one thread at a
/// time.
/// </summary>
public sealed class DumpCompressor : IDisposable
{
    const int PieceSize = 64 * 1024;

    readonly IncrementalHash _sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    readonly List<byte[]> _full = [];
    byte[] _piece = ArrayPool<byte>.Shared.Rent(PieceSize);
    int _used;
    Compressor? _compressor = Zstd.TakeCompressor();
    string? _hash;

    /// <summary>Uncompressed bytes so far.</summary>
    public long Length { get; private set; }

    /// <summary>Bytes held so far: what this dump costs in memory, less at most one piece and zstd's window.</summary>
    public long CompressedLength => ((long)_full.Count * PieceSize) + _used;

    public void Append(ReadOnlySpan<byte> bytes)
    {
        var compressor = _compressor ?? throw new InvalidOperationException("The dump was finished already");
        _sha256.AppendData(bytes);
        Length += bytes.Length;
        while (!bytes.IsEmpty)
        {
            compressor.WrapStream(bytes, Room(), out var consumed, out var written, isFinalBlock: false);
            bytes = bytes[consumed..];
            _used += written;
        }
    }

    /// <summary>Ends the frame. The content stays valid until this is disposed.</summary>
    public DumpContent Finish()
    {
        var compressor = _compressor ?? throw new InvalidOperationException("The dump was finished already");
        OperationStatus status;
        do
        {
            status = compressor.WrapStream([], Room(), out _, out var written, isFinalBlock: true);
            _used += written;
        }
        while (status == OperationStatus.DestinationTooSmall);

        Zstd.GiveBack(compressor);
        _compressor = null;
        _hash = Convert.ToHexStringLower(_sha256.GetHashAndReset());
        var full = _full.Select(piece => new ReadOnlyMemory<byte>(piece, 0, PieceSize));
        return new([.. full, _piece.AsMemory(0, _used)], Length);
    }

    /// <summary>The finished dump's line in the raw crash.</summary>
    public DumpEntry Describe(string name, string fileName = "") =>
        new(name, Length, _hash ?? throw new InvalidOperationException("The dump is not finished"), fileName);

    public void Dispose()
    {
        if (_compressor is { } unfinished)
            Zstd.GiveBack(unfinished);

        _compressor = null;
        _sha256.Dispose();
        foreach (var piece in _full)
            ArrayPool<byte>.Shared.Return(piece);

        _full.Clear();
        if (_piece.Length > 0)
            ArrayPool<byte>.Shared.Return(_piece);

        _piece = [];
    }

    Span<byte> Room()
    {
        if (_used == PieceSize)
        {
            _full.Add(_piece);
            _piece = ArrayPool<byte>.Shared.Rent(PieceSize);
            _used = 0;
        }

        return _piece.AsSpan(_used, PieceSize - _used);
    }
}
