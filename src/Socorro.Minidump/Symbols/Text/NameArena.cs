using Socorro.Minidumps.Symbols.Tables;

namespace Socorro.Minidumps.Symbols.Text;

/// <summary>Copies names into large pieces of memory, which spare the garbage collector a hundred thousand small ones.</summary>
sealed class NameArena
{
    const int PieceSize = 1 << 17;

    byte[] _piece = [];
    int _used;

    /// <summary>A copy of a name, as valid UTF-8 without NULs.</summary>
    public ReadOnlyMemory<byte> Keep(ReadOnlySpan<byte> name)
    {
        if (!StringPool.IsClean(name))
            name = StringPool.Clean(name);
        if (name.Length > PieceSize / 4)
            return name.ToArray();

        if (_piece.Length - _used < name.Length)
            (_piece, _used) = (GC.AllocateUninitializedArray<byte>(PieceSize), 0);
        name.CopyTo(_piece.AsSpan(_used));
        _used += name.Length;
        return _piece.AsMemory(_used - name.Length, name.Length);
    }
}
