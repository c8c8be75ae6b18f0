package dot11

// Element ids (802.11-2020 table 9-92).
const (
	ElementSSID                = 0
	ElementRates               = 1
	ElementDS                  = 3
	ElementTIM                 = 5
	ElementIBSS                = 6
	ElementCountry             = 7
	ElementBSSLoad             = 11
	ElementTSPEC               = 13
	ElementChallenge           = 16
	ElementPowerConstraint     = 32
	ElementPowerCapability     = 33
	ElementTPCReport           = 35
	ElementSupportedChannels   = 36
	ElementChannelSwitch       = 37
	ElementMeasurementRequest  = 38
	ElementMeasurementReport   = 39
	ElementQuiet               = 40
	ElementERP                 = 42
	ElementHTCapabilities      = 45
	ElementQoSCapability       = 46
	ElementRSN                 = 48
	ElementExtendedRates       = 50
	ElementNeighborReport      = 52
	ElementMobilityDomain      = 54
	ElementFastTransition      = 55
	ElementTimeoutInterval     = 56
	ElementExtendedSwitch      = 60
	ElementHTOperation         = 61
	ElementSecondaryOffset     = 62
	ElementRMCapabilities      = 70
	ElementMultipleBSSID       = 71
	ElementCoexistence         = 72
	ElementOverlappingScan     = 74
	ElementMME                 = 76
	ElementInterworking        = 107
	ElementMeshConfiguration   = 113
	ElementMeshID              = 114
	ElementExtendedCapability  = 127
	ElementCiscoCCX            = 133
	ElementVendorCisco         = 150
	ElementVHTCapabilities     = 191
	ElementVHTOperation        = 192
	ElementWideBandwidthSwitch = 194
	ElementTransmitPower       = 195
	ElementReducedNeighbor     = 201
	ElementVendor              = 221
	ElementRSNX                = 244
	ElementExtension           = 255
)

// Extension ids of ElementExtension (802.11-2020 table 9-92; 802.11ax-2021, 802.11be-2024).
const (
	ExtOWEParameter       = 32
	ExtPasswordIdentifier = 33
	ExtHECapabilities     = 35
	ExtHEOperation        = 36
	ExtHE6GHzCapabilities = 59
	ExtRejectedGroups     = 92
	ExtAntiCloggingToken  = 93
	ExtEHTOperation       = 106
	ExtMultiLink          = 107
	ExtEHTCapabilities    = 108
	ExtMultiBSSIDIndex    = 55
	ExtOperatingInfo      = 54
	ExtSpatialReuse       = 39
	ExtMaxChannelSwitch   = 52
	ExtShortSSIDList      = 58
)

// OUIs of vendor-specific elements, suites and key data.
const (
	OUIIEEE      = 0x000fac
	OUIMicrosoft = 0x0050f2
	OUIWiFi      = 0x506f9a // Wi-Fi Alliance
)

// Types under OUIMicrosoft and OUIWiFi.
const (
	MicrosoftWPA     = 1
	MicrosoftWMM     = 2
	MicrosoftWPS     = 4
	WiFiP2P          = 9
	WiFiHS20         = 16
	WiFiOWE          = 28 // OWE transition mode
	WiFiRSNOverride  = 0x29
	WiFiRSNOverride2 = 0x2a
)
