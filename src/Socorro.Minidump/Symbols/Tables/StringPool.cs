using System.IO.Hashing;
using System.Text;
using System.Text.Unicode;

namespace Socorro.Minidumps.Symbols.Tables;

/// <summary>Writes every name to a table once, as valid UTF-8 without NULs, and gives out its offset.</summary>
sealed class StringPool(TableOutput output)
{
    /// <summary>Names beyond are empty.</summary>
    const int MaxBytes = 1 << 30;

    Slot[] _slots = new Slot[1024];
    int _count;

    /// <summary>The offset of a name's blob.</summary>
    public uint Intern(ReadOnlySpan<byte> name)
    {
        if (name.IsEmpty)
            return 0;

        if (!IsClean(name))
            name = Clean(name);

        var hash = (uint)XxHash3.HashToUInt64(name);
        ref var slot = ref FindSlot(_slots, hash, name);
        if (slot.Offset != 0)
            return slot.Offset;

        if (output.BlobBytes + name.Length > MaxBytes)
            return 0;

        slot = new(output.AppendBlob(name), hash);
        var offset = slot.Offset;
        if (++_count > _slots.Length / 2)
            Grow();
        return offset;
    }

    public static bool IsClean(ReadOnlySpan<byte> name) => !name.Contains((byte)0) && Utf8.IsValid(name);

    /// <summary>Demanglers let NULs through, and names of any encoding are seen in the wild.</summary>
    public static byte[] Clean(ReadOnlySpan<byte> name) =>
        Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(name).Replace('\0', '_'));

    ref Slot FindSlot(Slot[] slots, uint hash, ReadOnlySpan<byte> name)
    {
        var mask = slots.Length - 1;
        for (var i = (int)hash & mask; ; i = i + 1 & mask)
        {
            ref var slot = ref slots[i];
            if (slot.Offset == 0 || slot.Hash == hash && output.IsBlob(slot.Offset, name))
                return ref slot;
        }
    }

    void Grow()
    {
        var grown = new Slot[_slots.Length * 2];
        foreach (var slot in _slots)
        {
            if (slot.Offset != 0)
                FindFree(grown, slot.Hash) = slot;
        }

        _slots = grown;
    }

    static ref Slot FindFree(Slot[] slots, uint hash)
    {
        var i = (int)hash & slots.Length - 1;
        while (slots[i].Offset != 0)
            i = i + 1 & slots.Length - 1;
        return ref slots[i];
    }

    readonly record struct Slot(uint Offset, uint Hash);
}
