using System.Buffers.Binary;

namespace Socorro.Minidumps.Symbols.Tables;

/// <summary>
/// A FUNC record: 24 bytes, the fields in this order. The name, lines and inlines are blobs.
/// </summary>
readonly record struct FunctionRow(uint Rva, uint Size, uint Name, uint ParameterSize, uint Lines, uint Inlines)
{
    public const int Stride = 24;

    /// <summary>In a name: several symbols share the address.</summary>
    public const uint MultipleFlag = 1u << 31;

    public static FunctionRow Read(ReadOnlySpan<byte> bytes) => new(
        BinaryPrimitives.ReadUInt32LittleEndian(bytes),
        BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]),
        BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]),
        BinaryPrimitives.ReadUInt32LittleEndian(bytes[12..]),
        BinaryPrimitives.ReadUInt32LittleEndian(bytes[16..]),
        BinaryPrimitives.ReadUInt32LittleEndian(bytes[20..]));

    public void Write(ByteBuffer buffer)
    {
        buffer.WriteUInt32(Rva);
        buffer.WriteUInt32(Size);
        buffer.WriteUInt32(Name);
        buffer.WriteUInt32(ParameterSize);
        buffer.WriteUInt32(Lines);
        buffer.WriteUInt32(Inlines);
    }
}

/// <summary>
/// A PUBLIC record: 16 bytes, the fields in this order. The size is up to where the symbol may be believed; the name is as
/// that of a function.
/// </summary>
readonly record struct PublicRow(uint Rva, uint Size, uint Name, uint ParameterSize)
{
    public const int Stride = 16;

    public static PublicRow Read(ReadOnlySpan<byte> bytes) => new(
        BinaryPrimitives.ReadUInt32LittleEndian(bytes),
        BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]),
        BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]),
        BinaryPrimitives.ReadUInt32LittleEndian(bytes[12..]));

    public void Write(ByteBuffer buffer)
    {
        buffer.WriteUInt32(Rva);
        buffer.WriteUInt32(Size);
        buffer.WriteUInt32(Name);
        buffer.WriteUInt32(ParameterSize);
    }
}

/// <summary>A STACK CFI INIT record: 12 bytes, the fields in this order. Its rows are a blob.</summary>
readonly record struct CfiBlock(uint Rva, uint Size, uint Rows)
{
    public const int Stride = 12;

    public ulong End => (ulong)Rva + Size;

    public static CfiBlock Read(ReadOnlySpan<byte> bytes) => new(
        BinaryPrimitives.ReadUInt32LittleEndian(bytes),
        BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]),
        BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]));

    public void Write(ByteBuffer buffer)
    {
        buffer.WriteUInt32(Rva);
        buffer.WriteUInt32(Size);
        buffer.WriteUInt32(Rows);
    }
}

/// <summary>A STACK WIN record: 40 bytes; the fields of <see cref="WinFrame"/>, then the program's string and flags.</summary>
static class WinRow
{
    public const int Stride = 40;

    const uint HasProgramFlag = 1;
    const uint AllocatesBasePointerFlag = 2;

    public static WinFrame Read(ReadOnlySpan<byte> bytes, out uint program)
    {
        program = BinaryPrimitives.ReadUInt32LittleEndian(bytes[32..]);
        var flags = BinaryPrimitives.ReadUInt32LittleEndian(bytes[36..]);
        return new()
        {
            Rva = BinaryPrimitives.ReadUInt32LittleEndian(bytes),
            Size = BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]),
            PrologueSize = BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]),
            EpilogueSize = BinaryPrimitives.ReadUInt32LittleEndian(bytes[12..]),
            ParameterSize = BinaryPrimitives.ReadUInt32LittleEndian(bytes[16..]),
            SavedRegisterSize = BinaryPrimitives.ReadUInt32LittleEndian(bytes[20..]),
            LocalSize = BinaryPrimitives.ReadUInt32LittleEndian(bytes[24..]),
            MaxStackSize = BinaryPrimitives.ReadUInt32LittleEndian(bytes[28..]),
            HasProgram = (flags & HasProgramFlag) != 0,
            AllocatesBasePointer = (flags & AllocatesBasePointerFlag) != 0,
        };
    }

    public static void Write(ByteBuffer buffer, WinFrame frame, uint program)
    {
        buffer.WriteUInt32((uint)frame.Rva);
        buffer.WriteUInt32(frame.Size);
        buffer.WriteUInt32(frame.PrologueSize);
        buffer.WriteUInt32(frame.EpilogueSize);
        buffer.WriteUInt32(frame.ParameterSize);
        buffer.WriteUInt32(frame.SavedRegisterSize);
        buffer.WriteUInt32(frame.LocalSize);
        buffer.WriteUInt32(frame.MaxStackSize);
        buffer.WriteUInt32(program);
        buffer.WriteUInt32(
            (frame.HasProgram ? HasProgramFlag : 0) | (frame.AllocatesBasePointer ? AllocatesBasePointerFlag : 0));
    }
}
