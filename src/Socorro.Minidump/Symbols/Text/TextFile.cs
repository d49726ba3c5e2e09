using Microsoft.Win32.SafeHandles;

namespace Socorro.Minidumps.Symbols.Text;

/// <summary>
/// Reads pieces of a symbol text. It is read rather than mapped, because somebody may overwrite it in place at any time: a
/// map of a file that became shorter ends the process.
/// </summary>
sealed class TextFile(SafeFileHandle file)
{
    const int MaxPiece = 1 << 30;

    byte[] _buffer = new byte[1 << 12];

    /// <summary>
    /// The whole lines of a piece that begins where a line does. Empty when the piece ends within its first line. The span is
    /// good until the next call.
    /// </summary>
    /// <param name="isLast">No more can be had: the text ends with the piece, or the piece is as large as one may be.</param>
    public ReadOnlySpan<byte> ReadLines(long start, int length, out bool isLast)
    {
        length = Math.Min(length, MaxPiece);
        if (_buffer.Length < length)
            _buffer = new byte[length];

        var piece = _buffer.AsSpan(0, Read(start, _buffer.AsSpan(0, length)));
        isLast = piece.Length < length || length == MaxPiece;
        return isLast ? piece : piece[..(piece.LastIndexOf((byte)'\n') + 1)];
    }

    int Read(long start, Span<byte> buffer)
    {
        var filled = 0;
        while (filled < buffer.Length)
        {
            var count = RandomAccess.Read(file, buffer[filled..], start + filled);
            if (count == 0)
                break;

            filled += count;
        }

        return filled;
    }
}
