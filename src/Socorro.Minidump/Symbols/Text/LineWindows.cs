namespace Socorro.Minidumps.Symbols.Text;

/// <summary>
/// Reads a text in windows of whole lines, so that a file of any size passes through a small buffer. A line that is longer
/// than <see cref="RecordScanner.MaxLineLength"/> is left out and counted.
/// </summary>
sealed class LineWindows(Stream text, int bufferSize)
{
    byte[] _buffer = [];
    int _size;
    long _end = long.MaxValue;
    long _position;
    int _filled;
    int _consumed;
    bool _isSkipping;

    public int SkippedLines { get; private set; }

    /// <summary>Where in the text the last window begins.</summary>
    public long WindowStart { get; private set; }

    /// <summary>Goes to where a line begins; reading ends where another one does.</summary>
    public void Seek(long start, long end = long.MaxValue)
    {
        text.Position = start;
        _size = 0;
        (_position, _end, _filled, _consumed, _isSkipping) = (start, end, 0, 0, false);
    }

    /// <summary>Reads on; false at the end. The window is good until the next call.</summary>
    public bool TryRead(out ReadOnlySpan<byte> lines)
    {
        _buffer.AsSpan(_consumed.._filled).CopyTo(_buffer);
        _filled -= _consumed;
        _consumed = 0;
        while (true)
        {
            MakeRoom();
            var wanted = (int)Math.Min(_size - _filled, _end - _position);
            var count = wanted == 0 ? 0 : text.Read(_buffer, _filled, wanted);
            var unseen = _buffer.AsSpan(_filled, count);
            _filled += count;
            _position += count;
            if (count == 0)
                return TakeRest(out lines);

            if (_isSkipping && unseen.IndexOf((byte)'\n') is var first and >= 0)
            {
                _isSkipping = false;
                unseen[(first + 1)..].CopyTo(_buffer);
                _filled = unseen.Length - first - 1;
            }

            if (!_isSkipping && _buffer.AsSpan(0, _filled).LastIndexOf((byte)'\n') is var last and >= 0)
            {
                _consumed = last + 1;
                WindowStart = _position - _filled;
                lines = _buffer.AsSpan(0, _consumed);
                return true;
            }
        }
    }

    /// <summary>What follows the last line feed.</summary>
    bool TakeRest(out ReadOnlySpan<byte> lines)
    {
        lines = _isSkipping ? default : _buffer.AsSpan(0, _filled);
        WindowStart = _position - _filled;
        _consumed = _filled;
        return !lines.IsEmpty;
    }

    void MakeRoom()
    {
        if (_isSkipping)
            _filled = 0;
        if (_filled < _size)
            return;

        if (_size < 2 * RecordScanner.MaxLineLength)
        {
            _size = Math.Max(_size * 2, bufferSize);
            if (_buffer.Length < _size)
                Array.Resize(ref _buffer, _size);
            return;
        }

        _isSkipping = true;
        _filled = 0;
        SkippedLines++;
    }
}
