using Socorro.Minidumps.Instructions;

namespace Socorro.Minidumps.Tests.Instructions;

public sealed class WindowsAnalysisTests
{
    const ulong Hidden = ulong.MaxValue;
    const uint ReadWrite = 0x04;
    const uint Guarded = 0x104;
    const uint WriteCopy = 0x08;

    // mov rax, qword [rbx + 0x8]
    static readonly byte[] Load = [0x48, 0x8b, 0x43, 0x08];

    // mov qword [rbx + 0x8], rax
    static readonly byte[] Store = [0x48, 0x89, 0x43, 0x08];

    [Fact]
    public void Finds_the_address_that_the_processor_does_not_tell()
    {
        var analysis = Read(Hidden, 0xfefefefefefefefe - 8).Analyze();

        Assert.Equal(new(AdjustmentKind.NonCanonical, 0xfefefefefefefefe), analysis.Adjusted);
        Assert.Empty(analysis.Inconsistencies);
    }

    [Fact]
    public void Takes_an_offset_from_null_for_one() => Assert.Equal(
        new(AdjustmentKind.NullPointer, 8), Read(8, 0).Analyze().Adjusted);

    [Fact]
    public void Takes_an_address_that_is_not_the_one_from_null_for_itself() => Assert.Null(
        Read(0x5000, 0).Analyze().Adjusted);

    [Fact]
    public void Finds_thread_data_through_its_segment()
    {
        // mov rax, qword gs:[0x30]
        var analysis = new AnalysedCrash
        {
            Parameters = [0, 0x7030],
            Instruction = [0x65, 0x48, 0x8b, 0x04, 0x25, 0x30, 0, 0, 0],
            ThreadBlock = 0x7000,
        }.Analyze();

        Assert.Equal(new MemoryAccess(0x7030, 8, AccessMode.Read), Assert.Single(analysis.Accesses!));
        Assert.Equal("mov rax, qword gs:[0x30]", analysis.Instruction);
    }

    [Fact]
    public void Finds_the_register_whose_bit_was_flipped()
    {
        var analysis = Read(0x20000008 ^ 1UL << 40, 0x20000000 ^ 1UL << 40).Region(0x20000000, 0x1000, ReadWrite)
            .Register("rdi", 0x20000100).Analyze();

        var flip = Assert.Single(analysis.BitFlips, flip => flip.SourceRegister == "rbx");
        Assert.Equal(0x20000000UL, flip.Address);
        Assert.Equal(1, flip.NearbyRegisters);
        Assert.Equal(0.625f, flip.Confidence, 0.0001f);
    }

    [Fact]
    public void Finds_a_flipped_bit_that_made_the_address_non_canonical()
    {
        var analysis = Read(Hidden, 0x20000000 ^ 1UL << 60).Region(0x20000000, 0x1000, ReadWrite).Analyze();

        var flip = Assert.Single(analysis.BitFlips, flip => flip.SourceRegister == "rbx");
        Assert.True(flip.WasNonCanonical);
        Assert.Equal(0.925f, flip.Confidence, 0.0001f);
    }

    [Fact]
    public void Trusts_a_flipped_bit_less_beside_freed_memory()
    {
        var analysis = Read(Hidden, 0x20000000 ^ 1UL << 60).Region(0x20000000, 0x1000, ReadWrite)
            .Register("rdx", 0xe5e5e5e5e5e5e5e5).Analyze();

        Assert.All(analysis.BitFlips, flip => Assert.Equal(0.4625f, flip.Confidence, 0.0001f));
    }

    [Fact]
    public void Finds_no_flipped_bit_where_the_access_only_runs_over_an_end() => Assert.Empty(
        Read(0x21000, 0x20ff8).Region(0x20000, 0x1000, ReadWrite).Region(0x60000, 0x1000, ReadWrite).Analyze().BitFlips);

    [Theory]
    [InlineData(0x01)]
    [InlineData(Guarded)]
    public void Recognises_a_guard_page(uint protection)
    {
        var analysis = Read(0x20008, 0x20000).Region(0x20000, 0x1000, protection).Region(0x21000, 0x4000, ReadWrite).Analyze();

        Assert.True(Assert.Single(analysis.Accesses!).IsLikelyGuardPage);
        Assert.Empty(analysis.Inconsistencies);
    }

    [Fact]
    public void Takes_a_large_reservation_for_no_guard_page() => Assert.False(
        Read(0x20008, 0x20000).Region(0x20000, 0x10000).Region(0x30000, 0x4000, ReadWrite).Analyze().Accesses![0].IsLikelyGuardPage);

    [Fact]
    public void Doubts_an_access_that_the_instruction_does_not_make() => Assert.Equal(
        [Inconsistency.AddressNotAccessed], Read(0x30000, 0x20000).Analyze().Inconsistencies);

    [Fact]
    public void Doubts_a_write_of_an_instruction_that_reads() => Assert.Equal(
        [Inconsistency.AddressNotAccessed],
        new AnalysedCrash { Parameters = [1, 0x20008], Instruction = Load }.Register("rbx", 0x20000).Analyze().Inconsistencies);

    [Theory]
    [InlineData(ReadWrite)]
    [InlineData(WriteCopy)]
    public void Doubts_a_fault_where_the_access_is_allowed(uint protection) => Assert.Equal(
        [Inconsistency.AccessAllowed],
        new AnalysedCrash { Parameters = [1, 0x20008], Instruction = Store }.Register("rbx", 0x20000)
            .Region(0x20000, 0x1000, protection).Analyze().Inconsistencies);

    [Fact]
    public void Doubts_a_hidden_address_when_all_addresses_are_canonical() => Assert.Equal(
        [Inconsistency.NonCanonicalNotUsed], Read(Hidden, 0x20000).Analyze().Inconsistencies);

    [Theory]
    [InlineData(new byte[] { 0xf7, 0xf9 }, false)]
    [InlineData(new byte[] { 0x90 }, true)]
    public void Doubts_a_division_by_zero_without_a_division(byte[] code, bool isDoubtful) => Assert.Equal(
        isDoubtful ? [Inconsistency.DivisionNotPossible] : [],
        new AnalysedCrash { ExceptionCode = 0xc0000094, Instruction = code }.Analyze().Inconsistencies);

    [Theory]
    [InlineData(new byte[] { 0xf4 }, false)]
    [InlineData(new byte[] { 0x0f, 0x20, 0xc0 }, false)]
    [InlineData(new byte[] { 0x48, 0x8b, 0x43, 0x08 }, true)]
    public void Doubts_a_privileged_instruction_that_is_none(byte[] code, bool isDoubtful) => Assert.Equal(
        isDoubtful ? [Inconsistency.InstructionNotPrivileged] : [],
        new AnalysedCrash { ExceptionCode = 0xc0000096, Instruction = code }.Analyze().Inconsistencies);

    [Fact]
    public void Doubts_a_stack_overflow_without_access() => Assert.Equal(
        [Inconsistency.AddressNotAccessed],
        new AnalysedCrash { ExceptionCode = 0xc00000fd, Instruction = [0x90] }.Analyze().Inconsistencies);

    [Fact]
    public void Says_what_it_can_without_code()
    {
        var analysis = new AnalysedCrash { Parameters = [0, 0] }.Analyze();

        Assert.Null(analysis.Instruction);
        Assert.Null(analysis.Accesses);
        Assert.Null(analysis.Adjusted);
    }

    static AnalysedCrash Read(ulong address, ulong rbx) =>
        new AnalysedCrash { Parameters = [0, address], Instruction = Load }.Register("rbx", rbx);
}
