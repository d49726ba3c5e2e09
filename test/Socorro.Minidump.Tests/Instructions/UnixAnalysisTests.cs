using Socorro.Minidumps.Instructions;

namespace Socorro.Minidumps.Tests.Instructions;

public sealed class UnixAnalysisTests
{
    const uint MacOs = 0x8101, Ios = 0x8102, Linux = 0x8201, Android = 0x8203;
    const uint Trap = 5, Segmentation = 11, BadAccess = 1;
    const uint NotMapped = 1, Denied = 2, Protection = 13, FromKernel = 0x80;
    const uint ReadOnly = 0x02;
    const ulong NonCanonical = 0x6172747320746f6e;

    // mov rax, qword [rbx + 0x8]
    static readonly byte[] Load = [0x48, 0x8b, 0x43, 0x08];

    [Theory]
    [InlineData(Linux, Segmentation, FromKernel)]
    [InlineData(Android, Segmentation, FromKernel)]
    [InlineData(Linux, Segmentation, 0)]
    [InlineData(MacOs, BadAccess, Protection)]
    [InlineData(Ios, BadAccess, Protection)]
    public void Finds_the_address_that_the_processor_does_not_tell(uint platform, uint code, uint flags) => Assert.Equal(
        new(AdjustmentKind.NonCanonical, NonCanonical),
        Read(platform, code, flags, 0, NonCanonical - 8).Analyze().Adjusted);

    [Fact]
    public void Takes_a_breakpoint_for_no_hidden_address() => Assert.Null(
        Read(Linux, Trap, FromKernel, 0, NonCanonical).Analyze().Adjusted);

    [Fact]
    public void Allows_57_bits_where_something_is_mapped_above_48() => Assert.Null(
        Read(Linux, Segmentation, FromKernel, 0, 1UL << 52).Region(1UL << 50, 0x1000, ReadOnly).Analyze().Adjusted);

    [Theory]
    [InlineData(Linux, Segmentation, Denied, Inconsistency.AccessAllowed)]
    [InlineData(MacOs, BadAccess, Denied, Inconsistency.AccessAllowed)]
    [InlineData(Linux, Segmentation, NotMapped, Inconsistency.AddressMapped)]
    [InlineData(MacOs, BadAccess, NotMapped, Inconsistency.AddressMapped)]
    public void Doubts_a_fault_that_the_map_of_memory_contradicts(
        uint platform, uint code, uint flags, Inconsistency expected) => Assert.Equal(
        [expected],
        Read(platform, code, flags, 0x20008, 0x20000).Region(0x20000, 0x1000, ReadOnly).Analyze().Inconsistencies);

    [Theory]
    [InlineData(Linux, Segmentation)]
    [InlineData(MacOs, BadAccess)]
    public void Doubts_an_address_that_the_instruction_does_not_access(uint platform, uint code) => Assert.Equal(
        [Inconsistency.AddressNotAccessed], Read(platform, code, NotMapped, 0x30000, 0x20000).Analyze().Inconsistencies);

    [Fact]
    public void Finds_an_access_that_reaches_into_the_page_that_is_not_there() => Assert.Empty(
        Read(Linux, Segmentation, NotMapped, 0x21000, 0x20ff4).Region(0x20000, 0x1000, ReadOnly).Analyze().Inconsistencies);

    // mov rax, qword fs:[0x30], and of gs
    [Theory]
    [InlineData(Linux, 0x64, true)]
    [InlineData(Linux, 0x65, false)]
    [InlineData(MacOs, 0x65, true)]
    public void Finds_the_threads_own_data_through_its_segment(uint platform, byte segment, bool isKnown) => Assert.Equal(
        isKnown ? [new(0x7030, 8, AccessMode.Read)] : null,
        new AnalysedCrash
        {
            Platform = platform,
            Instruction = [segment, 0x48, 0x8b, 0x04, 0x25, 0x30, 0, 0, 0],
            ThreadBlock = 0x7000,
        }.Analyze().Accesses);

    static AnalysedCrash Read(uint platform, uint code, uint flags, ulong address, ulong rbx) => new AnalysedCrash
    {
        Platform = platform,
        ExceptionCode = code,
        ExceptionFlags = flags,
        ExceptionAddress = address,
        Instruction = Load,
    }.Register("rbx", rbx);
}
