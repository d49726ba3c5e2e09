using System.Buffers;

namespace Socorro.Stackwalk;

/// <summary>
/// Lets a report go to a stream in pieces: that of a dump with 100,000 frames has 73 MB, which need not be in memory at once.
/// </summary>
sealed class StreamBuffer(Stream output) : IBufferWriter<byte>
{
    byte[] _buffer = new byte[64 << 10];
    int _used;

    public void Advance(int count) => _used += count;

    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        if (_buffer.Length - _used < Math.Max(sizeHint, 1))
            Flush();
        if (_buffer.Length < sizeHint)
            _buffer = new byte[sizeHint];
        return _buffer.AsMemory(_used);
    }

    public void Flush()
    {
        output.Write(_buffer, 0, _used);
        _used = 0;
    }
}
