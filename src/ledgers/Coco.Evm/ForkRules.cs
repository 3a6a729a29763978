using static Coco.Evm.Opcode;

namespace Coco.Evm;

/// <summary>
/// The rules of one fork: its instructions and the numbers and switches that changed over time. Each fork is the fork before
/// plus its differences, written one method each.
/// </summary>
public sealed class ForkRules
{
    private static readonly ForkRules[] All = Build();

    private readonly OpcodeFact[] _facts = new OpcodeFact[256];

    /// <summary>Pinned, since the interpreter reads it through a pointer.</summary>
    internal OpcodeCheck[] Checks { get; } = GC.AllocateArray<OpcodeCheck>(256, pinned: true);

    public EvmFork Fork { get; }

    /// <summary>EIP-2: failing to pay for the code deposit fails the creation; creation transactions cost more.</summary>
    public bool HasHomesteadCreation { get; private set; }

    /// <summary>EIP-150: calls pass on at most all but one 64th.</summary>
    public bool Keeps64th { get; private set; }

    /// <summary>EIP-161: touched empty accounts go; new contracts begin with nonce 1; calls to the void create nothing.</summary>
    public bool DeletesEmpty { get; private set; }

    public int ExpByteGas { get; private set; } = 10;
    public bool LimitsCodeSize { get; private set; }
    public SStoreRule SStoreRule { get; private set; } = SStoreRule.Plain;
    public int NonzeroByteGas { get; private set; } = 68;

    /// <summary>EIP-2929: cold accounts and slots cost more than warm ones.</summary>
    public bool HasWarmth { get; private set; }

    /// <summary>EIP-1559: the base fee is burnt.</summary>
    public bool HasBaseFee { get; private set; }

    /// <summary>EIP-3529: no refund for SELFDESTRUCT, at most a fifth of the gas comes back.</summary>
    public bool HasReducedRefunds { get; private set; }

    /// <summary>EIP-3541.</summary>
    public bool RefusesCodeWithEf { get; private set; }

    /// <summary>EIP-3607.</summary>
    public bool RefusesSendersWithCode { get; private set; }

    /// <summary>EIP-3651.</summary>
    public bool WarmsCoinbase { get; private set; }

    /// <summary>EIP-3860: init code is limited and paid by the word.</summary>
    public bool MetersInitCode { get; private set; }

    /// <summary>EIP-4844.</summary>
    public bool HasBlobs { get; private set; }

    /// <summary>EIP-6780: only contracts made in the same transaction go.</summary>
    public bool KeepsDestroyed { get; private set; }

    /// <summary>EIP-7702.</summary>
    public bool HasDelegations { get; private set; }

    /// <summary>EIP-7623: a least price for call data.</summary>
    public bool HasDataFloor { get; private set; }

    /// <summary>EIP-7825 and EIP-7594: gas and blobs of one transaction are capped.</summary>
    public bool CapsTransactions { get; private set; }

    private ForkRules(EvmFork fork, ForkRules? before)
    {
        Fork = fork;
        if (before is null) return;
        before._facts.CopyTo(_facts, 0);
        HasHomesteadCreation = before.HasHomesteadCreation;
        Keeps64th = before.Keeps64th;
        DeletesEmpty = before.DeletesEmpty;
        ExpByteGas = before.ExpByteGas;
        LimitsCodeSize = before.LimitsCodeSize;
        SStoreRule = before.SStoreRule;
        NonzeroByteGas = before.NonzeroByteGas;
        HasWarmth = before.HasWarmth;
        HasBaseFee = before.HasBaseFee;
        HasReducedRefunds = before.HasReducedRefunds;
        RefusesCodeWithEf = before.RefusesCodeWithEf;
        RefusesSendersWithCode = before.RefusesSendersWithCode;
        WarmsCoinbase = before.WarmsCoinbase;
        MetersInitCode = before.MetersInitCode;
        HasBlobs = before.HasBlobs;
        KeepsDestroyed = before.KeepsDestroyed;
        HasDelegations = before.HasDelegations;
        HasDataFloor = before.HasDataFloor;
        CapsTransactions = before.CapsTransactions;
    }

    public static ForkRules Of(EvmFork fork) => All[(int)fork];

    /// <summary>The facts about an instruction under this fork; not defined if it does not exist yet.</summary>
    public OpcodeFact Fact(Opcode opcode) => _facts[(int)opcode];

    private static ForkRules[] Build()
    {
        Action<ForkRules>[] differences =
        [
            Frontier, Homestead, TangerineWhistle, SpuriousDragon, Byzantium, Constantinople, Petersburg, Istanbul, Berlin, London,
            Paris, Shanghai, Cancun, Prague, Osaka,
        ];
        ForkRules[] all = new ForkRules[differences.Length];
        for (int fork = 0; fork < all.Length; fork++)
        {
            all[fork] = new ForkRules((EvmFork)fork, fork == 0 ? null : all[fork - 1]);
            differences[fork](all[fork]);
            for (int op = 0; op < 256; op++) all[fork].Checks[op] = OpcodeCheck.Of(all[fork]._facts[op]);
        }
        return all;
    }

    private void Define(Opcode opcode, string name, int gas, int stackIn, int stackOut) =>
        _facts[(int)opcode] = new OpcodeFact(name, gas, stackIn, stackOut);

    private void Reprice(int gas, params ReadOnlySpan<Opcode> opcodes)
    {
        foreach (Opcode opcode in opcodes) _facts[(int)opcode] = _facts[(int)opcode] with { Gas = gas };
    }

    private static void Frontier(ForkRules r)
    {
        DefineArithmetic(r);
        DefineEnvironment(r);
        DefineMemoryAndFlow(r);
        for (int n = 1; n <= 32; n++) r.Define((Opcode)((int)Push1 + n - 1), $"PUSH{n}", 3, 0, 1);
        for (int n = 1; n <= 16; n++) r.Define((Opcode)((int)Dup1 + n - 1), $"DUP{n}", 3, n, n + 1);
        for (int n = 1; n <= 16; n++) r.Define((Opcode)((int)Swap1 + n - 1), $"SWAP{n}", 3, n + 1, n + 1);
        for (int n = 0; n <= 4; n++) r.Define((Opcode)((int)Log0 + n), $"LOG{n}", 375 * (n + 1), n + 2, 0);
        r.Define(Create, "CREATE", 32000, 3, 1);
        r.Define(Call, "CALL", 40, 7, 1);
        r.Define(CallCode, "CALLCODE", 40, 7, 1);
        r.Define(Return, "RETURN", 0, 2, 0);
        r.Define(SelfDestruct, "SELFDESTRUCT", 0, 1, 0);
    }

    private static void DefineArithmetic(ForkRules r)
    {
        r.Define(Stop, "STOP", 0, 0, 0);
        r.Define(Add, "ADD", 3, 2, 1);
        r.Define(Mul, "MUL", 5, 2, 1);
        r.Define(Sub, "SUB", 3, 2, 1);
        r.Define(Div, "DIV", 5, 2, 1);
        r.Define(SDiv, "SDIV", 5, 2, 1);
        r.Define(Mod, "MOD", 5, 2, 1);
        r.Define(SMod, "SMOD", 5, 2, 1);
        r.Define(AddMod, "ADDMOD", 8, 3, 1);
        r.Define(MulMod, "MULMOD", 8, 3, 1);
        r.Define(Exp, "EXP", 10, 2, 1);
        r.Define(SignExtend, "SIGNEXTEND", 5, 2, 1);
        r.Define(Lt, "LT", 3, 2, 1);
        r.Define(Gt, "GT", 3, 2, 1);
        r.Define(SLt, "SLT", 3, 2, 1);
        r.Define(SGt, "SGT", 3, 2, 1);
        r.Define(Eq, "EQ", 3, 2, 1);
        r.Define(IsZero, "ISZERO", 3, 1, 1);
        r.Define(And, "AND", 3, 2, 1);
        r.Define(Or, "OR", 3, 2, 1);
        r.Define(Xor, "XOR", 3, 2, 1);
        r.Define(Not, "NOT", 3, 1, 1);
        r.Define(Opcode.Byte, "BYTE", 3, 2, 1);
        r.Define(Keccak256, "KECCAK256", 30, 2, 1);
    }

    private static void DefineEnvironment(ForkRules r)
    {
        r.Define(Opcode.Address, "ADDRESS", 2, 0, 1);
        r.Define(Balance, "BALANCE", 20, 1, 1);
        r.Define(Origin, "ORIGIN", 2, 0, 1);
        r.Define(Caller, "CALLER", 2, 0, 1);
        r.Define(CallValue, "CALLVALUE", 2, 0, 1);
        r.Define(CallDataLoad, "CALLDATALOAD", 3, 1, 1);
        r.Define(CallDataSize, "CALLDATASIZE", 2, 0, 1);
        r.Define(CallDataCopy, "CALLDATACOPY", 3, 3, 0);
        r.Define(CodeSize, "CODESIZE", 2, 0, 1);
        r.Define(CodeCopy, "CODECOPY", 3, 3, 0);
        r.Define(GasPrice, "GASPRICE", 2, 0, 1);
        r.Define(ExtCodeSize, "EXTCODESIZE", 20, 1, 1);
        r.Define(ExtCodeCopy, "EXTCODECOPY", 20, 4, 0);
        r.Define(BlockHash, "BLOCKHASH", 20, 1, 1);
        r.Define(Coinbase, "COINBASE", 2, 0, 1);
        r.Define(Timestamp, "TIMESTAMP", 2, 0, 1);
        r.Define(Number, "NUMBER", 2, 0, 1);
        r.Define(PrevRandao, "DIFFICULTY", 2, 0, 1);
        r.Define(GasLimit, "GASLIMIT", 2, 0, 1);
    }

    private static void DefineMemoryAndFlow(ForkRules r)
    {
        r.Define(Pop, "POP", 2, 1, 0);
        r.Define(MLoad, "MLOAD", 3, 1, 1);
        r.Define(MStore, "MSTORE", 3, 2, 0);
        r.Define(MStore8, "MSTORE8", 3, 2, 0);
        r.Define(SLoad, "SLOAD", 50, 1, 1);
        r.Define(SStore, "SSTORE", 0, 2, 0);
        r.Define(Jump, "JUMP", 8, 1, 0);
        r.Define(JumpI, "JUMPI", 10, 2, 0);
        r.Define(Pc, "PC", 2, 0, 1);
        r.Define(MSize, "MSIZE", 2, 0, 1);
        r.Define(Gas, "GAS", 2, 0, 1);
        r.Define(JumpDest, "JUMPDEST", 1, 0, 0);
    }

    private static void Homestead(ForkRules r)
    {
        r.HasHomesteadCreation = true;
        r.Define(DelegateCall, "DELEGATECALL", 40, 6, 1); // EIP-7
    }

    private static void TangerineWhistle(ForkRules r) // EIP-150
    {
        r.Keeps64th = true;
        r.Reprice(700, ExtCodeSize, ExtCodeCopy, Call, CallCode, DelegateCall);
        r.Reprice(400, Balance);
        r.Reprice(200, SLoad);
        r.Reprice(5000, SelfDestruct);
    }

    private static void SpuriousDragon(ForkRules r)
    {
        r.DeletesEmpty = true;
        r.ExpByteGas = 50; // EIP-160
        r.LimitsCodeSize = true; // EIP-170
    }

    private static void Byzantium(ForkRules r)
    {
        r.Define(Revert, "REVERT", 0, 2, 0); // EIP-140
        r.Define(ReturnDataSize, "RETURNDATASIZE", 2, 0, 1); // EIP-211
        r.Define(ReturnDataCopy, "RETURNDATACOPY", 3, 3, 0);
        r.Define(StaticCall, "STATICCALL", 700, 6, 1); // EIP-214
    }

    private static void Constantinople(ForkRules r)
    {
        r.Define(Shl, "SHL", 3, 2, 1); // EIP-145
        r.Define(Shr, "SHR", 3, 2, 1);
        r.Define(Sar, "SAR", 3, 2, 1);
        r.Define(Create2, "CREATE2", 32000, 4, 1); // EIP-1014
        r.Define(ExtCodeHash, "EXTCODEHASH", 400, 1, 1); // EIP-1052
        r.SStoreRule = SStoreRule.Net(clearRefund: 15000, sentry: 0, access: 200); // EIP-1283
    }

    private static void Petersburg(ForkRules r) => r.SStoreRule = SStoreRule.Plain; // EIP-1716: without EIP-1283

    private static void Istanbul(ForkRules r)
    {
        r.Define(ChainId, "CHAINID", 2, 0, 1); // EIP-1344
        r.Define(SelfBalance, "SELFBALANCE", 5, 0, 1); // EIP-1884
        r.Reprice(800, SLoad);
        r.Reprice(700, Balance, ExtCodeHash);
        r.NonzeroByteGas = 16; // EIP-2028
        r.SStoreRule = SStoreRule.Net(clearRefund: 15000, sentry: 2300, access: 800); // EIP-2200
    }

    private static void Berlin(ForkRules r) // EIP-2929; what cold costs more is taken where the account or slot is known
    {
        r.HasWarmth = true;
        r.Reprice(GasCosts.WarmAccess, SLoad, Balance, ExtCodeHash, ExtCodeSize, ExtCodeCopy, Call, CallCode, DelegateCall, StaticCall);
        r.SStoreRule = SStoreRule.Net(clearRefund: 15000, sentry: 2300, access: GasCosts.WarmAccess);
    }

    private static void London(ForkRules r)
    {
        r.HasBaseFee = true;
        r.Define(BaseFee, "BASEFEE", 2, 0, 1); // EIP-3198
        r.HasReducedRefunds = true;
        r.SStoreRule = SStoreRule.Net(clearRefund: 4800, sentry: 2300, access: GasCosts.WarmAccess); // EIP-3529
        r.RefusesCodeWithEf = true;
        r.RefusesSendersWithCode = true;
    }

    private static void Paris(ForkRules r) => r.Define(PrevRandao, "PREVRANDAO", 2, 0, 1); // EIP-4399

    private static void Shanghai(ForkRules r)
    {
        r.Define(Push0, "PUSH0", 2, 0, 1); // EIP-3855
        r.WarmsCoinbase = true;
        r.MetersInitCode = true;
    }

    private static void Cancun(ForkRules r)
    {
        r.Define(TLoad, "TLOAD", 100, 1, 1); // EIP-1153
        r.Define(TStore, "TSTORE", 100, 2, 0);
        r.Define(MCopy, "MCOPY", 3, 3, 0); // EIP-5656
        r.Define(BlobHash, "BLOBHASH", 3, 1, 1); // EIP-4844
        r.Define(BlobBaseFee, "BLOBBASEFEE", 2, 0, 1); // EIP-7516
        r.HasBlobs = true;
        r.KeepsDestroyed = true;
    }

    private static void Prague(ForkRules r)
    {
        r.HasDelegations = true;
        r.HasDataFloor = true;
    }

    private static void Osaka(ForkRules r)
    {
        r.Define(Clz, "CLZ", 5, 1, 1); // EIP-7939
        r.CapsTransactions = true;
    }
}
